BEGIN TRANSACTION;
CREATE TABLE drawings (id VARCHAR(16) NOT NULL, label INTEGER NOT NULL, pixels TEXT NOT NULL, strokes TEXT NOT NULL, owner TEXT NOT NULL, created FLOAT NOT NULL, deleted_at FLOAT, PRIMARY KEY (id));
INSERT INTO "drawings" VALUES('fbd5307ebc1ce079',1,'eNpjYBhA8P//qNyoHPFydAAAHU8n2Q==','[[20,160,60,160,260]]','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1.7960684257100188732e+09,NULL);
INSERT INTO "drawings" VALUES('06a6c87e9441643f',7,'eNpjYBgI8B8JnDjx/z+xcsjgxAnc5o/KDV852gIAork7JQ==','[]','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1.7960684257100188732e+09,NULL);
INSERT INTO "drawings" VALUES('4e7b23717ecca262',1,'eNpjYBhY8P//qNyoHPFytAYApbgn2Q==','[]','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1.79606842585426902765e+09,1.79606842596258282655e+09);
CREATE TABLE meta (
	"key" VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','8');
INSERT INTO "meta" VALUES('handwriting_version','43a0cdf6e59f0d2d');
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
INSERT INTO "metrics" VALUES('8aj8cgb9','step',50,0.5,0.5,0.85,NULL,NULL,0.0005,1.0,4500.0);
INSERT INTO "metrics" VALUES('8aj8cgb9','step',100,1.0,0.5,0.85,NULL,NULL,0.0005,2.0,4500.0);
INSERT INTO "metrics" VALUES('8aj8cgb9','epoch',100,1.0,0.5,0.85,0.08,0.97,0.0005,2.0,4500.0);
INSERT INTO "metrics" VALUES('tuymrpw1','epoch',100,1.0,0.5,0.85,0.08,0.97,0.0005,2.0,4500.0);
INSERT INTO "metrics" VALUES('tuymrpw1','step',50,0.5,0.5,0.85,NULL,NULL,0.0005,1.0,4500.0);
INSERT INTO "metrics" VALUES('tuymrpw1','step',100,1.0,0.5,0.85,NULL,NULL,0.0005,2.0,4500.0);
INSERT INTO "metrics" VALUES('pkfb3cpt','epoch',50,1.0,0.5,0.85,0.2,0.97,0.0005,1.0,4500.0);
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
	diverged BOOLEAN DEFAULT false NOT NULL, 
	data TEXT, 
	result TEXT, 
	owner TEXT DEFAULT '' NOT NULL, 
	run_group TEXT DEFAULT '' NOT NULL, 
	worker TEXT DEFAULT '' NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	learning_rate_factor FLOAT DEFAULT '1' NOT NULL, 
	parent VARCHAR(8) DEFAULT '' NOT NULL, interventions TEXT DEFAULT '[]' NOT NULL, deleted_at FLOAT, 
	UNIQUE (id)
);
INSERT INTO "runs" VALUES(1,'8aj8cgb9','the parent','','finished',1,'none',1.0,'{
  "version": 1,
  "name": "Tiny",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 8,
      "kernel_size": [
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
      "units": 32,
      "activation": "relu"
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
  "seed": 0,
  "precision": "auto",
  "validation": "holdout",
  "validation_fraction": 0.1,
  "limit": 6000,
  "keep": "best"
}',1.79597066284390521049e+09,1.79597066289983463283e+09,1.79597066307191157341e+09,1.79597066307191157341e+09,'',1,100,100,2.0,'',0,'{"source": "mnist", "title": "MNIST", "fingerprint": "0123456789abcdef", "training": 5400, "validation": 600, "test": 10000, "validation_choice": "holdout", "fallback": ""}','{"test_loss": 0.05, "test_accuracy": 0.99, "per_class_accuracy": [0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99], "confusion": [[99, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 99, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 99, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 99, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 99, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 99, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 99, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 99, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 99, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 99]], "best_epoch": 1, "epochs": 1, "seconds": 2.0, "samples_per_second": 4500.0, "kept": "best", "validation_loss": 0.08, "validation_accuracy": 0.97, "last_test_loss": 0.05, "last_test_accuracy": 0.99, "precision": "float32", "versions": {"keras": "3.15.1"}, "machine": {"cores": 2}}','','','worker-00000000','/home/someone/.local/share/mnist-lab/runs',0.5,'','[]',NULL);
INSERT INTO "runs" VALUES(2,'tuymrpw1','the parent, continued','','queued',0,'none',2.0,'{
  "version": 1,
  "name": "Tiny",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 8,
      "kernel_size": [
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
      "units": 32,
      "activation": "relu"
    }
  ]
}','{
  "version": 1,
  "epochs": 3,
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
  "limit": 6000,
  "keep": "best"
}',1.79597066310278081894e+09,NULL,NULL,NULL,'',1,100,300,2.0,'',0,'{"source": "mnist", "title": "MNIST", "fingerprint": "0123456789abcdef", "training": 5400, "validation": 600, "test": 10000, "validation_choice": "holdout", "fallback": ""}',NULL,'','','','',0.5,'8aj8cgb9','[]',NULL);
INSERT INTO "runs" VALUES(3,'b4db2pfy','moved to the front','','queued',0,'none',-1.0,'{
  "version": 1,
  "name": "Tiny",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 8,
      "kernel_size": [
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
      "units": 32,
      "activation": "relu"
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
}',1.79597066315366172793e+09,NULL,NULL,NULL,'',0,0,0,0.0,'',0,NULL,NULL,'','','','',1.0,'','[]',NULL);
INSERT INTO "runs" VALUES(4,'pkfb3cpt','paused','','paused',1,'pause',3.0,'{
  "version": 1,
  "name": "Tiny",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 8,
      "kernel_size": [
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
      "units": 32,
      "activation": "relu"
    }
  ]
}','{
  "version": 1,
  "epochs": 2,
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
}',1.79597066318565917013e+09,1.79597066319293498996e+09,NULL,1.79597066328786826141e+09,'paused',1,50,100,1.0,'',0,NULL,NULL,'','','worker-00000002','/home/someone/.local/share/mnist-lab/runs',0.25,'','[{"action":"learning rate","step":40,"epoch":0.8,"time":"2026-11-29T21:00:00Z","factor":0.25},{"action":"pause","step":50,"epoch":1.0,"time":"2026-11-29T21:00:05Z","factor":null}]',NULL);
INSERT INTO "runs" VALUES(5,'6x5dmy6l','failed','','failed',1,'none',4.0,'{
  "version": 1,
  "name": "Tiny",
  "layers": [
    {
      "kind": "Conv2D",
      "filters": 8,
      "kernel_size": [
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
        3,
        3
      ],
      "strides": [
        1,
        1
      ],
      "padding": "valid",
      "activation": "relu"
    },
    {
      "kind": "MaxPooling2D",
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
      "units": 32,
      "activation": "relu"
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
}',1.79597066330948066715e+09,1.79597066332206439969e+09,1795970663.34125,1795970663.34125,'',0,0,0,0.0,'The training diverged.',1,NULL,NULL,'','','worker-00000001','/home/someone/.local/share/mnist-lab/runs',1.0,'','[]',NULL);
CREATE TABLE run_files (
	run_id VARCHAR(8) NOT NULL, 
	path VARCHAR(200) NOT NULL, 
	object_key VARCHAR(300) NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	PRIMARY KEY (run_id, path), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "run_files" VALUES('8aj8cgb9','best.keras','runs/8aj8cgb9/1/best.keras/2c26b46b68ffc68f',3,'2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae');
CREATE INDEX run_files_by_object ON run_files (object_key);
CREATE INDEX runs_by_start ON runs (started);
CREATE INDEX runs_by_worker ON runs (worker);
CREATE INDEX runs_by_state ON runs (state, position);
CREATE INDEX runs_by_deletion ON runs (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX runs_searched ON runs (state, number, id, name, note, run_group, data, recipe, deleted_at);
CREATE INDEX drawings_by_owner ON drawings (owner);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',5);
COMMIT;
