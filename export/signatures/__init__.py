"""The signatures of a served model, as graphs of tensors."""
