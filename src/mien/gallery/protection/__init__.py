"""What keeps a gallery's contents from those who should not have them, and shows what was done with it.

keys       where the user's key is kept
envelope   sealing, look-up and signing under that key
rotation   a secret turn of all templates, so that they match nothing elsewhere
chain      the audit log, each entry bound to all before it
receipt    what a deletion leaves behind, to be verified later
"""
