"""Who: users and their Circle, agencies and their members, referral partners."""
