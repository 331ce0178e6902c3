#load "lab.csx"
#nullable enable
// What run-all.sh asks of the lab where experiments are run by themselves.
return RunAll(Args);
