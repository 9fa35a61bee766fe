"""What is sold: tours, their dated sessions, discounts."""
