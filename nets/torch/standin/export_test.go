package standin

// WaitForNumbers is for the test of the meter alone.
var WaitForNumbers = waitForNumbers
