"""The bank (银行): how orders reach it and how its answers come back, behind one interface.

``schemas`` holds the message definitions of ISO 20022 as its registration authority publishes them, unaltered; they are
free for everybody's use. Every message that is written or read is validated against them.
"""
