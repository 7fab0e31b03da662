"""The organisation's own rules, in CEL, held against every plan, and the waivers of single ones."""
