BEGIN TRANSACTION;
CREATE TABLE meta (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE metrics (
	run_id VARCHAR(8) NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	step INTEGER NOT NULL, 
	epoch FLOAT NOT NULL, 
	training_loss FLOAT, 
	training_accuracy FLOAT, 
	validation_loss FLOAT, 
	validation_accuracy FLOAT, 
	learning_rate FLOAT NOT NULL, 
	seconds FLOAT NOT NULL, 
	samples_per_second FLOAT NOT NULL, 
	PRIMARY KEY (run_id, kind, step), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "metrics" VALUES('otzlwuwm','step',50,0.5,0.5,0.85,NULL,NULL,0.001,1.0,4500.0);
INSERT INTO "metrics" VALUES('otzlwuwm','step',100,1.0,0.5,0.85,NULL,NULL,0.001,2.0,4500.0);
INSERT INTO "metrics" VALUES('otzlwuwm','epoch',100,1.0,0.5,0.85,0.08,0.97,0.001,2.0,4500.0);
CREATE TABLE runs (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id VARCHAR(8) NOT NULL, 
	name TEXT NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempt INTEGER DEFAULT '0' NOT NULL, 
	command VARCHAR(16) DEFAULT 'none' NOT NULL, 
	position FLOAT NOT NULL, 
	network TEXT NOT NULL, 
	recipe TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	started FLOAT, 
	ended FLOAT, 
	heartbeat FLOAT, 
	phase TEXT DEFAULT '' NOT NULL, 
	epochs_done INTEGER DEFAULT '0' NOT NULL, 
	steps_done INTEGER DEFAULT '0' NOT NULL, 
	total_steps INTEGER DEFAULT '0' NOT NULL, 
	seconds FLOAT DEFAULT '0' NOT NULL, 
	sentence TEXT DEFAULT '' NOT NULL, 
	data TEXT, 
	result TEXT, 
	owner TEXT DEFAULT '' NOT NULL, 
	run_group TEXT DEFAULT '' NOT NULL, 
	worker TEXT DEFAULT '' NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	UNIQUE (id)
);
INSERT INTO "runs" VALUES(1,'otzlwuwm','Ein <b>Lauf</b> “α” 🦊','two
lines','finished',1,'none',1.0,'{
  "version": 1,
  "name": "LeNet-5",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 6,
      "kernel_size": [
        5,
        5
      ],
      "strides": [
        1,
        1
      ],
      "padding": "same",
      "activation": "tanh"
    },
    {
      "kind": "AveragePooling2D",
      "pool_size": [
        2,
        2
      ],
      "strides": [
        2,
        2
      ],
      "padding": "valid"
    },
    {
      "kind": "Conv2D",
      "filters": 16,
      "kernel_size": [
        5,
        5
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "tanh"
    },
    {
      "kind": "AveragePooling2D",
      "pool_size": [
        2,
        2
      ],
      "strides": [
        2,
        2
      ],
      "padding": "valid"
    },
    {
      "kind": "Flatten"
    },
    {
      "kind": "Dense",
      "units": 120,
      "activation": "tanh"
    },
    {
      "kind": "Dense",
      "units": 84,
      "activation": "tanh"
    }
  ]
}','{
  "version": 1,
  "epochs": 1,
  "batch_size": 100,
  "optimizer": "adam",
  "learning_rate": 0.001,
  "momentum": 0.9,
  "weight_decay": 0.004,
  "schedule": "constant",
  "early_stopping": null,
  "augmentation": "none",
  "seed": 4,
  "precision": "auto",
  "validation": "holdout",
  "validation_fraction": 0.1,
  "limit": 6000,
  "keep": "best"
}',1.79540855220925307271e+09,1.79540855221227979663e+09,1.79540855221823954582e+09,1.79540855221823954582e+09,'',1,100,100,2.0,'','{"source": "mnist", "title": "MNIST", "fingerprint": "0123456789abcdef", "training": 54000, "validation": 6000, "test": 10000, "validation_choice": "holdout", "fallback": ""}','{"test_loss": 0.0465, "test_accuracy": 0.9912, "per_class_accuracy": [0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99], "confusion": [[980, 2, 2, 2, 2, 2, 2, 2, 2, 2], [2, 980, 2, 2, 2, 2, 2, 2, 2, 2], [2, 2, 980, 2, 2, 2, 2, 2, 2, 2], [2, 2, 2, 980, 2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 980, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 980, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2, 980, 2, 2, 2], [2, 2, 2, 2, 2, 2, 2, 980, 2, 2], [2, 2, 2, 2, 2, 2, 2, 2, 980, 2], [2, 2, 2, 2, 2, 2, 2, 2, 2, 980]], "best_epoch": 1, "epochs": 1, "seconds": 2.0, "samples_per_second": 4500.0, "kept": "best", "validation_loss": 0.08, "validation_accuracy": 0.97, "last_test_loss": 0.0465, "last_test_accuracy": 0.9912, "precision": "float32", "versions": {"keras": "3.15.1"}, "machine": {"cores": 2}}','cli','','worker-0a1b2c3d','/home/someone/.local/share/mnist-lab/runs');
INSERT INTO "runs" VALUES(2,'i7pio003','lost','','interrupted',1,'none',2.0,'{
  "version": 1,
  "name": "LeNet-5",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 6,
      "kernel_size": [
        5,
        5
      ],
      "strides": [
        1,
        1
      ],
      "padding": "same",
      "activation": "tanh"
    },
    {
      "kind": "AveragePooling2D",
      "pool_size": [
        2,
        2
      ],
      "strides": [
        2,
        2
      ],
      "padding": "valid"
    },
    {
      "kind": "Conv2D",
      "filters": 16,
      "kernel_size": [
        5,
        5
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "tanh"
    },
    {
      "kind": "AveragePooling2D",
      "pool_size": [
        2,
        2
      ],
      "strides": [
        2,
        2
      ],
      "padding": "valid"
    },
    {
      "kind": "Flatten"
    },
    {
      "kind": "Dense",
      "units": 120,
      "activation": "tanh"
    },
    {
      "kind": "Dense",
      "units": 84,
      "activation": "tanh"
    }
  ]
}','{
  "version": 1,
  "epochs": 5,
  "batch_size": 100,
  "optimizer": "adam",
  "learning_rate": 0.001,
  "momentum": 0.9,
  "weight_decay": 0.004,
  "schedule": "constant",
  "early_stopping": null,
  "augmentation": "none",
  "seed": 0,
  "precision": "auto",
  "validation": "holdout",
  "validation_fraction": 0.1,
  "limit": null,
  "keep": "best"
}',1.79540855221953082085e+09,1.79540855222015213969e+09,1.79540855222130537032e+09,1.79540855222130537032e+09,'',0,0,0,0.0,'The training process ended without a word (killed, out of memory, or the computer was switched off) in epoch 1 of 5.',NULL,NULL,'','','worker-00000000','/home/someone/.local/share/mnist-lab/runs');
INSERT INTO "runs" VALUES(3,'9pnf0gad','LeNet-5','','queued',0,'none',3.0,'{
  "version": 1,
  "name": "LeNet-5",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 6,
      "kernel_size": [
        5,
        5
      ],
      "strides": [
        1,
        1
      ],
      "padding": "same",
      "activation": "tanh"
    },
    {
      "kind": "AveragePooling2D",
      "pool_size": [
        2,
        2
      ],
      "strides": [
        2,
        2
      ],
      "padding": "valid"
    },
    {
      "kind": "Conv2D",
      "filters": 16,
      "kernel_size": [
        5,
        5
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "tanh"
    },
    {
      "kind": "AveragePooling2D",
      "pool_size": [
        2,
        2
      ],
      "strides": [
        2,
        2
      ],
      "padding": "valid"
    },
    {
      "kind": "Flatten"
    },
    {
      "kind": "Dense",
      "units": 120,
      "activation": "tanh"
    },
    {
      "kind": "Dense",
      "units": 84,
      "activation": "tanh"
    }
  ]
}','{
  "version": 1,
  "epochs": 5,
  "batch_size": 100,
  "optimizer": "sgd",
  "learning_rate": 0.001,
  "momentum": 0.9,
  "weight_decay": 0.004,
  "schedule": "constant",
  "early_stopping": null,
  "augmentation": "none",
  "seed": 0,
  "precision": "auto",
  "validation": "holdout",
  "validation_fraction": 0.1,
  "limit": null,
  "keep": "best"
}',1.79540855222237086298e+09,NULL,NULL,NULL,'',0,0,0,0.0,'',NULL,NULL,'','a sweep','','');
CREATE INDEX runs_by_state ON runs (state, position);
CREATE INDEX runs_by_worker ON runs (worker);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',3);
COMMIT;
