"""What the platform team knows: models, loaders and further kinds, as data. One YAML file an entry."""
