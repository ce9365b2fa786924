"""What a fit of links does that one of labels does not, each in a file of its own."""
