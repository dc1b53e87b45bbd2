"""An archive on disk: who reads it, who changes it, how it is kept sound."""
