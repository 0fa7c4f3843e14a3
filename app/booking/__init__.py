"""Open booking: places that teams publish, requests, approval, waiting lists."""
