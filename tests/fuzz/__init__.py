"""Generated bad input, thrown at everything through which input comes in.

python -m tests.fuzz [--doors NAME ...] [--inputs N] [--seed N]

A door is one way in: a reader of files, say. `doors.py` lists them, one file
each. Whatever comes in is either taken, and then means what it says, or it is
refused by a documented error that names what is wrong. Everything else is a
finding: another error, a crash, a hang, much memory, a wrong number.

The input of a door follows from the seed and its index alone, so that
`--doors npz --seed 3 --first 17 --inputs 1` repeats what was found.
"""
