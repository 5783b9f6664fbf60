"""What a model's draws are to people: images, texts, sound, or numbers."""
