"""The main job, played on a settable clock through public interfaces only."""
