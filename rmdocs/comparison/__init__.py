"""What differs between two revisions of a form, in words, and as a redline in Word.

``compare`` says it in sentences a quality officer reads, ``redline`` writes the
new template with tracked changes. Nothing here knows which revision is in
force, or who may change one.
"""
