"""Every value of the reference collection of R, each asserted once or listed with the reason why not."""
