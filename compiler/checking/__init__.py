"""What is checked before anything is written: schemas of the objects, policy rules, and changes of storage."""
