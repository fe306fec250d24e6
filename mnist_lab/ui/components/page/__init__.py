"""Components that act on the page as a whole and draw little or nothing themselves."""
