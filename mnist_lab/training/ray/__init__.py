"""Training on a Ray cluster: queued runs become Ray Jobs, over HTTP, without Ray's package."""
