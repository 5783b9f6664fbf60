"""The draws of models as people see them: images, texts, sound, numbers."""
