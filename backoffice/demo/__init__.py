"""The demo's content: believable agencies, tours and people, and the pictures drawn for them."""
