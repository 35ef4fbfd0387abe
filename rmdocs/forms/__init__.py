"""Forms as data: ``form.toml`` read to typed values, with every mistake a finding.

A form revision is its manifest, template, schema, common definitions and
sample; nothing here renders, evaluates a rule or knows a record.
"""
