"""Networks of matrix layers: in doubles, layer by layer; and what is certain of them."""
