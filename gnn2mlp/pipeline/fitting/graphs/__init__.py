"""What a fit of whole graphs does that one of labels of nodes does not, each in a file of its own."""
