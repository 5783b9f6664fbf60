"""What a served model answers, as graphs of tensors."""
