"""The whole stack on one machine without Docker: PostgreSQL, Kafka, stand-ins, services."""
