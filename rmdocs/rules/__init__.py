"""Rules and derived values: expressions in a form's data, evaluated to findings."""
