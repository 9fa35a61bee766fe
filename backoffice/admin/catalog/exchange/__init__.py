"""Tours, dates and promo codes as files: what is in a file goes through the same acts as a form."""
