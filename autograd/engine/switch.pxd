# No types: it is compiled so that Ctrl-C comes before or after, and not in between.
