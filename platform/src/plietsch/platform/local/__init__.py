"""The local stack: embedded PostgreSQL and broker, and the processes that make up the platform on one machine."""
