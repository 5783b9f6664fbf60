"""A client of a server of models, over gRPC and REST."""
