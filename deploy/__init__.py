"""Everything that runs Inning somewhere: on one machine, in containers, on Kubernetes."""
