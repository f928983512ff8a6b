"""A store in SQL tables, whichever database keeps them: the rows, and `store.SqlStore` over them."""
