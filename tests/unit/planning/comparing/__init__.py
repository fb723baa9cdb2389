"""The program of comparisons, against servers that speak the OpenAI protocol."""
