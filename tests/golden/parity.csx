#load "../../lib/lab.csx"
#nullable enable
// The lab's side of `parity.py convnets`: the same runs, a row each.
//
//     dotnet script tests/golden/parity.csx -- FOLDER

var data = LoadDataset(Args[0]);
WriteLine("model,arm,lr,seed,train_loss,validation_accuracy,test_accuracy,seconds");
foreach (var (model, depth) in new[] { (Architecture.Resnet, 8), (Architecture.Vgg, 6) })
    foreach (var (norm, lr) in new[] { (Norm.None, 0.01), (Norm.Batch, 0.1) })
        for (var seed = 1; seed <= 3; seed++)
        {
            var trial = Training.Run(new()
            {
                Model = model, Depth = depth, Width = 16, Norm = norm, Activation = Activation.Relu, Lr = lr,
                Momentum = 0.9, Init = Scheme.HeNormal, BatchSize = 128, TrainSize = 10_000, Epochs = 5, Seed = seed,
            }, data);
            WriteLine(string.Join(',', new object[] { Snake(model), Snake(norm), lr, seed, trial.TrainLoss,
                100 * trial.ValidationAccuracy, 100 * trial.TestAccuracy, trial.Seconds }.Select(CsvText)));
        }
