"""A record and a form revision become a Word document: the same bytes anywhere.

``compiled`` renders and proves that every value was printed, ``lint`` finds a
template's mistakes. docxtpl is imported only where a template is compiled or a
document needs pictures; nothing here reads files of others, clocks or settings.
"""
