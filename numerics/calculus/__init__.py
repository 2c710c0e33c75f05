"""Statements of calculus: least upper bounds, smoothness, products of factors, means, differential equations."""
