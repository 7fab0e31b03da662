"""The nouns of calplan: frozen values without behaviour that could surprise."""
