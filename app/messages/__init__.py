"""Every mail the product sends: catalogue, outbox, delivery."""
