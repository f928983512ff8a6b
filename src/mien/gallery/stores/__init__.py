"""Where a gallery's people and templates are kept, behind one small interface (`base.Store`)."""
