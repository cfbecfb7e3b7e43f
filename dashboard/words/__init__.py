"""Numbers, dates, states and names as a person reads them; one spelling of each thing."""
