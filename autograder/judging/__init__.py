"""From a program's answers to a verdict, its likely cause and the message a student reads."""
