"""SavedModels of trained models, for serving."""
