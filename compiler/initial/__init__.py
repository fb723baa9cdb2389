"""What `hydra init` writes: a repo to begin with.

Every file is a template below `templates/`, at the path that it will have; `{{ project }}` and the like stand in paths
too. A controller is a file in `templates/controllers/`, a CI system a directory in `templates/ci/`: their names are the
choices of the command.
"""
