"""Small drawings that explain an argument of a layer or a term of the glossary."""
