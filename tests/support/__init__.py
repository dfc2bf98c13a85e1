"""What tests share: clients, hosts and helpers. No test imports another test; it imports these."""
