"""Components that keep drawings and show them."""
