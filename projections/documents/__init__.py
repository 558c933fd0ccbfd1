"""Documents (文书): templates and renderers. The same data gives the same bytes, whenever and wherever it is set."""
