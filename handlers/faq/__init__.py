"""The administrators' loop: /faq, what happens when data/ goes live, and manners in a group."""
