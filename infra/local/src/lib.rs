//! The shop on a laptop: template.yaml, interpreted.
