"""The application: what a node measures, keeps and says."""
